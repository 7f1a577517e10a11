-- migrate:up
-- Domains, and not checks of the table: see the migration of task_retry.
create domain task_key_text as text;
comment on domain task_key_text is 'The name that a client gives a task, unique in its service.';
create domain task_labels as jsonb;
comment on domain task_labels is 'Labels of a task, name to value.';

alter table task add column key task_key_text, add column labels task_labels;
comment on column task.key is 'The name that the client gave the task, for reading: task_key keeps it unique and finds it. Null: none.';
comment on column task.labels is 'Labels, name to value, for reading: task_label finds tasks by them. Null: none.';

alter domain task_key_text add constraint task_key_has_form check (char_length(value) <= 200 and value ~ '^([a-z0-9_-]|\.[a-z0-9_-]|\.\.[a-z0-9._-])[a-z0-9._-]*(/([a-z0-9_-]|\.[a-z0-9_-]|\.\.[a-z0-9._-])[a-z0-9._-]*)*$') not valid;
alter domain task_labels add constraint task_labels_is_object check (jsonb_typeof(value) = 'object') not valid;

create table task_key (
  service_id uuid not null,
  key task_key_text not null,
  task_id uuid not null,
  constraint task_key_unique_in_service primary key (service_id, key),
  constraint task_key_one_of_task unique (service_id, task_id),
  constraint task_key_task_fkey foreign key (service_id, task_id) references task (service_id, id) on delete cascade
);
comment on table task_key is 'The keys of the tasks that have one. A table of its own, because an index on task would get an entry with every run. Written by the statements that create, change and delete tasks; a deleted task has no row.';

create table task_label (
  service_id uuid not null,
  name text collate "C" not null,
  value text collate "C" not null,
  task_id uuid not null,
  primary key (service_id, name, value, task_id),
  constraint task_label_one_value unique (service_id, task_id, name),
  constraint task_label_task_fkey foreign key (service_id, task_id) references task (service_id, id) on delete cascade,
  constraint task_label_name_has_form check (name ~ '^[a-zA-Z0-9._/-]{1,63}$'),
  constraint task_label_value_length check (char_length(value) <= 200)
);
comment on table task_label is 'The labels of the tasks that have some, for searches. Written with task.labels, in the same statements.';

-- migrate:down
drop table task_label;
drop table task_key;
alter table task drop column labels, drop column key;
drop domain task_labels;
drop domain task_key_text;

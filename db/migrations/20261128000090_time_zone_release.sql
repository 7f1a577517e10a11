-- migrate:up
-- The rules by which the stored next times of cron tasks were worked out. A start with a newer release compares its own
-- with these, and moves the tasks whose clocks are to change otherwise than was known.
create table time_zone_release (
  only_row boolean not null default true,
  version text not null,
  rules jsonb not null,
  counted_at timestamptz not null default now(),
  constraint time_zone_release_pkey primary key (only_row),
  constraint time_zone_release_only_row check (only_row),
  constraint time_zone_release_version_form check (version ~ '^[0-9]{4}[a-z]{1,2}$'),
  constraint time_zone_release_rules_object check (jsonb_typeof(rules) = 'object')
);

comment on table time_zone_release is 'One row: the release of the IANA time zone database by which next times were last counted.';
comment on column time_zone_release.rules is 'By zone, its clock changes in the years to come: {"changes": [ms since 1970], "offsets": [ms]}, with one offset more than changes.';
comment on column time_zone_release.counted_at is 'When a newer release last took the place of an older one.';

-- migrate:down
drop table time_zone_release;

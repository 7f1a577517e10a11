-- migrate:up
alter table channel
  add column tests_since timestamptz,
  add column tests smallint not null default 0,
  add constraint channel_addresses_in_range check (cardinality(addresses) between 1 and 20),
  add constraint channel_addresses_are_plain check (array_to_string(addresses, '', ' ') ~ '^[\x21-\x7e]*$'),
  add constraint channel_tests_not_negative check (tests >= 0);
comment on column channel.tests_since is 'When the first of the test messages was sent that tests counts.';
comment on column channel.tests is 'How many test messages were sent within the minute from tests_since on.';

-- migrate:down
alter table channel
  drop column tests_since,
  drop column tests,
  drop constraint channel_addresses_in_range,
  drop constraint channel_addresses_are_plain;

-- migrate:up
alter table replica add column server text;

comment on column replica.server is 'The timeline and the start of the PostgreSQL server with which this replica has last compared what it has open: after a failover nobody claims before all that hold a lease have done so. Null where the server does not tell.';

-- migrate:down
alter table replica drop column server;

-- migrate:up
-- A group with a notification on its way is told again after that one. So a channel that cannot be reached for hours has one
-- message of each group waiting, and messages of a group arrive in their order.
create unique index notification_waiting_key on notification (service_id, channel_id, kind, target) where due_at is not null;

-- migrate:down
drop index notification_waiting_key;

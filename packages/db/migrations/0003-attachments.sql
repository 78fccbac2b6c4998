-- A file that questions refer to.
create table attachment (
  id text primary key,
  owner text not null,
  -- What its first bytes say that it is: image/png, application/pdf and so on.
  media_type text not null,
  name text not null,
  bytes bytea not null,
  created_at timestamptz not null default now(),
  -- When it was last uploaded or used in a question. A day after that it is deleted, unless a message uses it.
  touched_at timestamptz not null default now()
);
create index attachment_of_owner on attachment (owner);
-- Images and PDFs are compressed already.
alter table attachment alter column bytes set storage external;

-- Which questions refer to a file. It is kept as long as one of them is.
create table attachment_use (
  attachment_id text not null references attachment (id) on delete cascade,
  message_id text not null references message (id) on delete cascade,
  primary key (attachment_id, message_id)
);
create index attachment_use_message on attachment_use (message_id);

create table note (
  -- A UUID. Adding a note twice under one id makes one note, so a client may repeat the call.
  id text primary key,
  owner text not null,
  title text not null,
  text text not null,
  created_at timestamptz not null default now(),
  -- Milliseconds, so that a time comes back from JavaScript as it went.
  updated_at timestamptz(3) not null default now()
);
create index note_list on note (owner, updated_at desc, id desc);

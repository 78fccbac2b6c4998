create table conversation (
  -- A UUID that the client chose.
  id text primary key,
  owner text not null,
  title text not null,
  -- Milliseconds, so that a time comes back from JavaScript as it went.
  created_at timestamptz(3) not null default now(),
  -- When something was last asked in it.
  updated_at timestamptz(3) not null default now(),
  -- When it was removed. It can be restored for a while after that.
  hidden_at timestamptz(3)
);
create index conversation_list on conversation (owner, updated_at desc, id desc);

-- The messages of a conversation are a tree: a question follows an answer, or is the first; an answer follows a
-- question. Messages with the same parent are versions of each other.
create table message (
  -- An answer's id is that of its first run.
  id text primary key,
  conversation_id text not null references conversation (id) on delete cascade,
  parent_id text references message (id),
  role text not null check (role in ('user', 'assistant')),
  -- JSON text: what was asked, a string or blocks. Null for an answer: its runs have it.
  content text,
  -- Its words, for the search.
  words text not null default '',
  -- Siblings are in its order. Not the time of the transaction, which a question shares with its answer.
  created_at timestamptz not null default clock_timestamp()
);
create index message_conversation on message (conversation_id);
create index message_parent on message (parent_id);

-- What a run answers, and how it was asked. Deferred, because the run is inserted first: that claims its id.
alter table run
  -- Null for a run without a conversation.
  add column answer_id text references message (id) on delete set null deferrable initially deferred,
  add column system text,
  -- JSON text.
  add column tools text,
  -- How many of the conversation's oldest messages were left out, because all of them would have been too long.
  add column left_out integer not null default 0;
create index run_answer on run (answer_id);

-- One call to Claude.
create table step (
  run_id text not null references run (id) on delete cascade,
  -- From 0.
  number integer not null,
  -- The model that answered.
  model text not null,
  -- JSON text: the blocks as Claude sent them, with the signatures of its thinking.
  content text not null,
  stop_reason text,
  -- JSON text.
  usage text,
  -- US dollars; null where the price is not known.
  cost_usd numeric(14, 6),
  -- Anthropic's id of the request, for their support.
  request_id text,
  primary key (run_id, number)
);

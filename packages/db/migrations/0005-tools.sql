alter table run
  -- JSON text: the rest of how it was asked for, which a run inherits that goes on after an approval. Null before there
  -- were tools.
  add column settings text;

-- One that was stored, though its process did not hear of that, is not added again at the end of its run.
create unique index step_request on step (run_id, request_id);

-- A call of a tool. It is here before it is executed, so that it is executed at most once.
create table tool_call (
  -- A UUID of ours.
  id text primary key,
  -- The call to Claude that made it, and its place among the calls of that, from 0.
  run_id text not null,
  step integer not null,
  position integer not null,
  -- Claude's id of it.
  tool_use_id text not null,
  name text not null,
  -- JSON text of a string: what Claude wrote, which is JSON too, unless Claude made a mistake.
  input text not null,
  -- Whether it waits for a person to allow it.
  asks boolean not null,
  -- Whether it was allowed; null until that is decided, and where nobody is asked.
  approved boolean,
  decided_at timestamptz,
  -- JSON text: how the decision was answered. Null when the conversation went on without one.
  decision text,
  -- When it began. Set at most once; without an end it may have happened.
  started_at timestamptz,
  ended_at timestamptz,
  -- The result.
  ok boolean,
  -- JSON text of a string.
  output text,
  unique (run_id, step, position),
  foreign key (run_id, step) references step (run_id, number) on delete cascade
);

-- One answer. Its id is the client's, and claims it: the primary key admits one of two that start it.
create table run (
  id text primary key,
  owner text not null,
  -- The process that writes it.
  instance text not null,
  model text not null,
  started_at timestamptz not null default now(),
  -- JSON text, as written: the events without the terminal one, neighbouring text merged.
  log text not null default '[]',
  -- JSON text: the terminal event. Null until then, and never changed after that.
  "end" text,
  ended_at timestamptz,
  -- US dollars; null where the price is not known.
  cost_usd numeric(14, 6)
);
create index run_unfinished on run (instance) where "end" is null;

-- The processes that are alive.
create table instance (
  id text primary key,
  beat_at timestamptz not null default now()
);

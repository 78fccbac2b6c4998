alter table run
  -- What it counts towards the budgets, in US dollars. Until its end the most that it can cost, then its cost. A run
  -- whose process died keeps the former: what it has cost is not known.
  add column budget_usd numeric(14, 6) not null default 0,
  -- JSON text: the token counts of the terminal event. Null without any.
  add column usage text,
  -- When what was asked and answered was deleted. The rest of the row stays a while, for the claim and the budgets.
  add column cleared_at timestamptz,
  -- Null once it was deleted.
  alter column log drop not null;
update run set budget_usd = coalesce(cost_usd, 0);
create index run_counted on run (ended_at) include (owner, budget_usd);
create index run_owner on run (owner, ended_at);

-- What is due to be deleted.
create index run_one_shot on run (ended_at) where answer_id is null and cleared_at is null;
create index run_cleared on run (cleared_at) where cleared_at is not null;
create index conversation_hidden on conversation (hidden_at) where hidden_at is not null;

-- When the guest of a session cookie last came back or asked something.
create table guest (
  owner text primary key,
  seen_at timestamptz not null default now()
);
create index guest_seen on guest (seen_at);

import { sql } from 'drizzle-orm'
import {
  boolean,
  customType,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })
const usd = (name: string) => numeric(name, { precision: 14, scale: 6, mode: 'number' })

/**
 * The tables as the newest migration leaves them: `migrations/*.sql` says what each column holds, and a test compares
 * the two. What must come back exactly is JSON in a `text` column, because `jsonb` reorders keys and refuses NUL.
 */
export const run = pgTable('run', {
  id: text('id').primaryKey(),
  owner: text('owner').notNull(),
  instance: text('instance').notNull(),
  model: text('model').notNull(),
  startedAt: timestamp('started_at', { withTimezone: true }).notNull().defaultNow(),
  log: text('log').default('[]'),
  end: text('end'),
  endedAt: timestamp('ended_at', { withTimezone: true }),
  costUsd: usd('cost_usd'),
  answerId: text('answer_id'),
  system: text('system'),
  tools: text('tools'),
  leftOut: integer('left_out').notNull().default(0),
  budgetUsd: usd('budget_usd').notNull().default(0),
  usage: text('usage'),
  clearedAt: timestamp('cleared_at', { withTimezone: true }),
  settings: text('settings'),
})

export const instance = pgTable('instance', {
  id: text('id').primaryKey(),
  beatAt: timestamp('beat_at', { withTimezone: true }).notNull().defaultNow(),
})

export const conversation = pgTable('conversation', {
  id: text('id').primaryKey(),
  owner: text('owner').notNull(),
  title: text('title').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
  hiddenAt: time('hidden_at'),
})

export const message = pgTable('message', {
  id: text('id').primaryKey(),
  conversationId: text('conversation_id').notNull(),
  parentId: text('parent_id'),
  role: text('role', { enum: ['user', 'assistant'] }).notNull(),
  content: text('content'),
  words: text('words').notNull().default(''),
  createdAt: timestamp('created_at', { withTimezone: true })
    .notNull()
    .default(sql`clock_timestamp()`),
})

export const step = pgTable(
  'step',
  {
    runId: text('run_id').notNull(),
    number: integer('number').notNull(),
    model: text('model').notNull(),
    content: text('content').notNull(),
    stopReason: text('stop_reason'),
    usage: text('usage'),
    costUsd: usd('cost_usd'),
    requestId: text('request_id'),
  },
  (table) => [primaryKey({ columns: [table.runId, table.number] })],
)

export const toolCall = pgTable('tool_call', {
  id: text('id').primaryKey(),
  runId: text('run_id').notNull(),
  step: integer('step').notNull(),
  position: integer('position').notNull(),
  toolUseId: text('tool_use_id').notNull(),
  name: text('name').notNull(),
  input: text('input').notNull(),
  asks: boolean('asks').notNull(),
  approved: boolean('approved'),
  decidedAt: timestamp('decided_at', { withTimezone: true }),
  decision: text('decision'),
  startedAt: timestamp('started_at', { withTimezone: true }),
  endedAt: timestamp('ended_at', { withTimezone: true }),
  ok: boolean('ok'),
  output: text('output'),
})

export const attachment = pgTable('attachment', {
  id: text('id').primaryKey(),
  owner: text('owner').notNull(),
  mediaType: text('media_type').notNull(),
  name: text('name').notNull(),
  bytes: bytea('bytes').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  touchedAt: timestamp('touched_at', { withTimezone: true }).notNull().defaultNow(),
})

export const attachmentUse = pgTable(
  'attachment_use',
  {
    attachmentId: text('attachment_id').notNull(),
    messageId: text('message_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.attachmentId, table.messageId] })],
)

export const guest = pgTable('guest', {
  owner: text('owner').primaryKey(),
  seenAt: timestamp('seen_at', { withTimezone: true }).notNull().defaultNow(),
})

export const note = pgTable('note', {
  id: text('id').primaryKey(),
  owner: text('owner').notNull(),
  title: text('title').notNull(),
  text: text('text').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
})

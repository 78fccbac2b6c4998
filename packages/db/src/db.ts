import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** What a query runs on: Postgres, the embedded one, or a transaction of either. */
export type Db = PgDatabase<PgQueryResultHKT>

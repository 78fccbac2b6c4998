/** The advisory locks that this package takes in the database. The numbers mean nothing, and differ. */
export const LOCKS = {
  migration: 5_707_140_816,
  budgets: 5_707_140_817,
  sweep: 5_707_140_818,
} as const

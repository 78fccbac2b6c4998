import { appRouter } from '../routers/app-router.ts'
import { mergeRouters, router } from '../trpc.ts'
import { haikuRouter } from './haiku.ts'
import { tripRouter } from './trip.ts'

/** The server's procedures with the features that the README and docs/typed-output.md add. */
export const appRouterWithHaiku = mergeRouters(appRouter, router({ haiku: haikuRouter, trip: tripRouter }))
export type HaikuAppRouter = typeof appRouterWithHaiku

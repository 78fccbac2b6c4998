import { appRouter } from '../routers/app-router.ts'
import { mergeRouters, router } from '../trpc.ts'
import { haikuRouter } from './haiku.ts'

/** The server's procedures with the feature that the README adds. */
export const appRouterWithHaiku = mergeRouters(appRouter, router({ haiku: haikuRouter }))
export type HaikuAppRouter = typeof appRouterWithHaiku

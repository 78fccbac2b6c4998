import { notesRouter } from '../notes/router.ts'
import { router } from '../trpc.ts'
import { accountRouter } from './account.ts'
import { chatRouter } from './chat.ts'
import { conversationsRouter } from './conversations.ts'
import { labRouter } from './lab.ts'
import { modelsRouter } from './models.ts'
import { runsRouter } from './runs.ts'
import { toolsRouter } from './tools.ts'

/**
 * The tRPC routers, one per file. A procedure checks its input and calls `startRun` or a package.
 *
 * Add your own feature here. It decides what to ask Claude; its answer streams through `runs`.
 */
const features = {
  chat: chatRouter,
  conversations: conversationsRouter,
  runs: runsRouter,
  tools: toolsRouter,
  models: modelsRouter,
  account: accountRouter,
  notes: notesRouter,
}

export const appRouter = router(features)
export type AppRouter = typeof appRouter

/** The same with the lab, for development. */
export const labAppRouter = router({ ...features, lab: labRouter })
export type LabAppRouter = typeof labAppRouter

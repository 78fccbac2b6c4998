import type { HaikuAppRouter } from '@sluice/server/testing'
import { createTRPCReact } from '@trpc/react-query'

/** As `apps/web/src/trpc.ts` has it, once `haiku` is a feature. */
export const trpc = createTRPCReact<HaikuAppRouter>()

import { openChatVisit, openTrpcVisit } from './plain-visit.ts'
import { openSluiceVisit } from './sluice-visit.ts'
import type { Visits } from './visit.ts'

export const VISITS: Visits = {
  raw: openChatVisit,
  article: openChatVisit,
  'ai-sdk': openChatVisit,
  'trpc-per-token': openTrpcVisit,
  sluice: openSluiceVisit,
}

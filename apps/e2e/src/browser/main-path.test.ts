import { walkMainPath } from './main-path.ts'
import { pageTest } from './page-test.ts'
import { playwrightTab } from './playwright-tab.ts'

/** The one browser test of `pnpm test`; `pnpm test:e2e` has the rest. */
pageTest('ask, watch it grow, follow the end, reload and resume, Stop, ask again', ({ page, simulator }) =>
  walkMainPath(playwrightTab(page), simulator),
)

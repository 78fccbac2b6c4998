import { ACCESSIBLE, expectAccessible, nothingIn } from './expect-accessible.ts'
import { pageTest } from './page-test.ts'
import { PAGE_STATES } from './states.ts'

for (const [name, reach] of Object.entries(PAGE_STATES))
  pageTest(nothingIn(name), ({ page }) => expectAccessible(page, reach), ACCESSIBLE)

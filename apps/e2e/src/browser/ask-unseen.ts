import type { Frame, Page } from 'playwright-core'
import { ask } from './actions.ts'

/**
 * Asks with a directive for the simulator that the page does not show, because pictures of the page are for people.
 * It joins the question on its way to the server.
 */
export async function askUnseen(page: Page, prompt: string, directive: string, frame?: Frame): Promise<void> {
  await page.route(
    /\/trpc\/chat\./,
    (route) => {
      const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
      const body = route.request().postData() ?? ''
      const asked = inJson(`${prompt} [[sim ${directive}]]`)
      return route.continue({ postData: body.replace(inJson(prompt), () => asked) })
    },
    { times: 1 },
  )
  await ask(frame ?? page, prompt)
}

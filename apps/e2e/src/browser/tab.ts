/**
 * What the main path does in a page: little enough that Playwright, WebDriver BiDi and WebDriver can all do it.
 * Functions are sent to the page as source, so they see nothing but their argument.
 */
export interface Tab {
  /** Types into the page's one text box, and presses Enter. */
  ask(prompt: string): Promise<void>
  /** Clicks the last button of this accessible name, once there is one. */
  click(name: string): Promise<void>
  /** Resolves to the function's first truthy result. It is called once per frame. */
  waitFor<Argument, Result>(
    look: (argument: Argument) => Result,
    argument: Argument,
  ): Promise<Exclude<Result, null | undefined | false>>
  reload(): Promise<void>
}

/** A browser that Playwright cannot drive, with one tab. */
export interface OtherBrowser extends AsyncDisposable {
  readonly tab: Tab
  open(url: string): Promise<void>
  /** The errors and warnings in the console so far, uncaught exceptions among them. */
  complaints(): Promise<string[]>
}

/** How long a function may look for something in the page. Less than the time limit of a test, whose message would not say what was missing. */
export const LOOK_MS = 60_000

/** The source of a function that resolves to the first truthy result of `look`. @throws after `LOOK_MS`. */
export function onFrames(look: string): string {
  return `(argument) => new Promise((onFound, onError) => {
    const missed = ${JSON.stringify(`not found in ${LOOK_MS} ms: ${look}`)}
    setTimeout(() => onError(new Error(missed)), ${LOOK_MS})
    const frame = () => {
      try {
        const found = (${look})(argument)
        if (found) onFound(found)
        else requestAnimationFrame(frame)
      } catch (error) {
        onError(error)
      }
    }
    frame()
  })`
}

/** Finds the page's one text box. */
export const textBox = String(() => document.querySelector('textarea'))

/** Finds the last enabled button whose accessible name is its argument. */
export const lastButton = String((name: string) =>
  [...document.querySelectorAll<HTMLButtonElement>('button:enabled')].findLast(
    (button) => (button.ariaLabel ?? button.textContent) === name,
  ),
)

/** What `turbo gen` gives a config: the part of Plop that is used here. Its own types come with a package of 20 MB. */
export interface Plop {
  setGenerator<Answers>(name: string, generator: Generator<Answers>): unknown
  /** Fills a Handlebars template. */
  renderString(template: string, data: object): string
  /** The root of the repository. */
  getDestBasePath(): string
}

interface Generator<Answers> {
  readonly description: string
  readonly prompts: readonly Prompt[]
  /** Each returns what it has done. The message of an error is shown. */
  readonly actions: readonly ((answers: Answers) => string)[]
}

/** Answers can be given in this order after `--args`; they are checked too. */
interface Prompt {
  readonly type: 'input' | 'list'
  readonly name: string
  readonly message: string
  readonly choices?: readonly { readonly name: string; readonly value: string }[]
  /** True, or what is wrong with the answer. */
  readonly validate?: (answer: string) => true | string
}

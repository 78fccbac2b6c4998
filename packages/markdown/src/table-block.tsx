import type { Tokens } from 'marked'
import { type RenderContext, renderInline } from './render-inline.tsx'

/* Nothing is ever inserted into a table but at its end, so the index is the identity of rows and cells. */
/* oxlint-disable react/no-array-index-key */
export function TableBlock({ table, context }: { table: Tokens.Table; context: RenderContext }) {
  const cells = (row: readonly Tokens.TableCell[], Cell: 'th' | 'td') =>
    row.map(({ tokens, align }, index) => (
      <Cell key={index} {...(align && { 'data-align': align })} {...(Cell === 'th' && { scope: 'col' })}>
        {renderInline(tokens, context)}
      </Cell>
    ))

  return (
    <div className="md-table" role="group" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>{cells(table.header, 'th')}</tr>
        </thead>
        {table.rows.length > 0 && (
          <tbody>
            {table.rows.map((row, index) => {
              const written = row.slice(0, row.findLastIndex(({ text }) => text !== '') + 1)
              const missing = row.length - written.length
              return (
                <tr key={index}>
                  {cells(written, 'td')}
                  {missing > 0 && <td colSpan={missing} />}
                </tr>
              )
            })}
          </tbody>
        )}
      </table>
    </div>
  )
}

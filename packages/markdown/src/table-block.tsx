import type { Tokens } from 'marked'
import { type RenderContext, renderInline } from './render-inline.tsx'

/* Rows and cells are only ever added at the end of a table, so the index is their identity. */
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

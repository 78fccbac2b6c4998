import type { Tokens } from 'marked'
import { type RenderContext, renderInline } from './render-inline.tsx'

/* Nothing is ever inserted into a table but at its end, so the index is the identity of rows and cells. */
/* oxlint-disable react/no-array-index-key */
export function TableBlock({ table, context }: { table: Tokens.Table; context: RenderContext }) {
  const cells = (row: Tokens.TableCell[], Cell: 'th' | 'td') =>
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
            {table.rows.map((row, index) => (
              <tr key={index}>{cells(row, 'td')}</tr>
            ))}
          </tbody>
        )}
      </table>
    </div>
  )
}

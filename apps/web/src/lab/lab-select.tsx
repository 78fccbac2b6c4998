/** A value that is not among the options is shown as it is. */
export function LabSelect(props: {
  label: string
  value: string
  options: Readonly<Record<string, string>>
  onChange: (value: string) => void
}) {
  const { label, value, options, onChange } = props

  return (
    <label className="grid gap-0.5 text-[0.8125rem]">
      <span className="text-quiet">{label}</span>
      <select
        className="h-8 w-full min-w-0 rounded-lg border border-line bg-raised px-1.5 max-md:h-10"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      >
        {Object.entries({ ...options, [value]: options[value] ?? value }).map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

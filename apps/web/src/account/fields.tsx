import type { ComponentProps } from 'react'

/** A field that has to be filled in, with its label above it. */
export function Field({ label, ...rest }: ComponentProps<'input'> & { label: string }) {
  return (
    <label className="grid gap-1 text-sm">
      {label}
      <input
        required
        className="min-h-10 w-full min-w-0 rounded-lg border border-edge bg-ground px-3 text-base outline-0 focus:border-accent"
        {...rest}
      />
    </label>
  )
}

export function NewPassword({ name }: { name: string }) {
  return (
    <Field
      label="Password, at least 8 characters"
      name={name}
      type="password"
      autoComplete="new-password"
      minLength={8}
      maxLength={128}
    />
  )
}

/**
 * A `T` that is still being written: any field may be missing, a text may be the beginning of one, and all that is there
 * has its final type. Numbers, booleans and null are there when they are complete.
 */
export type Growing<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Growing<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]?: Growing<T[Key]> } & Of<T>
      : T

/** Says what a value will be. Types only: it is never there. */
export interface Of<T> {
  readonly '~output'?: T
}

/** What the person can do something about; its message is all that is shown. */
export class PersonalizeError extends Error {
  override readonly name = 'PersonalizeError'
}

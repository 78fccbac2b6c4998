export type DoctorErrorCode = 'usage' | 'unreachable' | 'certificate' | 'not_sluice'

/** Nothing could be measured. The message is shown to the user. */
export class DoctorError extends Error {
  override readonly name = 'DoctorError'
  readonly code: DoctorErrorCode

  constructor(code: DoctorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

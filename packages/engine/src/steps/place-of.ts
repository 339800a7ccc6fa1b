/** Where a failure of an attempt happened, as an error says it. */
export const placeOf = ({ step, attempt }: { readonly step: string; readonly attempt: number }): string =>
  `step "${step}", attempt ${attempt}`

/**
 * Whether a sign-in that failed is a question for the person with the phone: most refusals show there only, and the number that
 * stood there says who mends it.
 */
export function asksPhone(code: string, guidanceId: string | undefined): boolean {
  return (code === 'sign-in-declined' || code === 'sign-in-expired') && guidanceId !== 'not-confirmed';
}

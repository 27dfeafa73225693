/** The address at whose tap a phone dials: people write numbers with spaces, dashes and brackets. */
export const dial = (number: string): string => `tel:${number.replace(/[^\d+*#]/g, "")}`;

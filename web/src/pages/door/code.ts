/** People type a code as they heard it: in groups, with dashes. Only its digits count. */
export const digitsOf = (typed: string): string => typed.normalize("NFKC").replace(/\D/g, "");

/** The mode of a file that holds command lines, which may hold secrets. */
export const ownerOnly = 0o600;

/** The topics by name; the help lists them without loading what they say. */
export const topicNames = ['metrics', 'exit-codes', 'environment'] as const;

export type TopicName = (typeof topicNames)[number];

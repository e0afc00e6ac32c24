/** The names of the topics, which the help lists without loading the topics. */
export const topicNames = ['metrics', 'exit-codes', 'environment'] as const;

export type TopicName = (typeof topicNames)[number];

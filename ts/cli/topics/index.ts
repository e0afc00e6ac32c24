/** Every topic. */
import { commandFlags } from '../flags/tables.js';
import { environmentTopic } from './environment.js';
import { exitCodesTopic } from './exit-codes.js';
import { metricsTopic } from './metrics.js';
import type { TopicName } from './names.js';
import type { Topic } from './topic.js';

export const topics: Readonly<Record<TopicName, Topic>> = {
  metrics: metricsTopic,
  'exit-codes': exitCodesTopic,
  environment: environmentTopic(Object.values(commandFlags)),
};

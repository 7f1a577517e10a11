/** What is said of a target that is no API destination. */
export interface OtherTarget {
  readonly text: string
  /** Whether it sends no HTTP request of its own, so that it stays where it is. */
  readonly isOther: boolean
}

/** Names of services in ARNs, as people know them. */
const services: Readonly<Record<string, string>> = {
  lambda: 'a Lambda function',
  sqs: 'an SQS queue',
  sns: 'an SNS topic',
  ecs: 'an ECS task',
  states: 'a Step Functions state machine',
  kinesis: 'a Kinesis stream',
  firehose: 'a Firehose stream',
  logs: 'a log group',
  batch: 'a Batch job',
  codebuild: 'a CodeBuild project',
  codepipeline: 'a CodePipeline',
  ssm: 'Systems Manager',
  ec2: 'EC2',
  sagemaker: 'SageMaker',
  glue: 'Glue',
  redshift: 'Redshift',
}

/** Says what becomes of a target of AWS that is no API destination. */
export function otherTarget(arn: string): OtherTarget {
  const [prefix, , service = '', , , ...rest] = arn.split(':')
  const resource = rest.join(':')
  if (prefix !== 'arn') return { text: `The target ${JSON.stringify(arn)} is not known here.`, isOther: false }
  if (service === 'execute-api')
    return {
      text: 'The target is an API Gateway, which EventBridge calls with a signature of AWS: let it take a named secret, or the signature of Duly (docs/signing.md).',
      isOther: false,
    }
  if (
    (service === 'events' && resource.startsWith('event-bus/')) ||
    /^aws-sdk:(events|eventbridge):putEvents$/i.test(resource)
  )
    return {
      text: 'It puts an event on a bus. If a rule calls an API destination for that event, make a task of the destination.',
      isOther: false,
    }
  if (service === 'scheduler' && resource.startsWith('aws-sdk:'))
    return { text: `It calls ${resource.slice(8)} of the API of AWS.`, isOther: true }
  const known = Object.hasOwn(services, service) ? services[service] : undefined
  if (known === undefined) return { text: `The target ${JSON.stringify(arn)} is not known here.`, isOther: false }
  return {
    text: `Its target is ${known}. If that has a URL of its own, it can be a task.`,
    isOther: true,
  }
}

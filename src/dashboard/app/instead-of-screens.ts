// One script for what stands in place of a screen: each alone is small.
export { NotAllowed } from './not-allowed.tsx'
export { OtherService } from './other-service.tsx'

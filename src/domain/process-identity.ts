import { z } from 'zod';

/**
 * Names one process for ever: a pid alone is re-used, so the start time (clock ticks since boot, as the kernel
 * counts them) and the boot's id belong to it. `host` keeps two machines that share a disk apart.
 */
export const processIdentitySchema = z
  .object({ pid: z.number().int().positive(), startTime: z.string(), bootId: z.string(), host: z.string() })
  .readonly();
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

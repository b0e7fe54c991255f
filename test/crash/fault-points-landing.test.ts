import { landingFaults } from './faults.ts';
import { describeFaultPoints } from './fault-points.ts';

describeFaultPoints('from an attempt’s gates to the session’s end', landingFaults);

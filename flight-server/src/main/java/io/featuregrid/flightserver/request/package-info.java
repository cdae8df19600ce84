/** What a call asks for, read out of descriptors, tickets and headers; what it is refused with; the call while it runs. */
@NullMarked
package io.featuregrid.flightserver.request;

import org.jspecify.annotations.NullMarked;

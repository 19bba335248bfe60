/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_LIB_VERSION_H
#define COMMON_LIB_VERSION_H

#define BULKHEAD_VERSION "0.1"

#endif

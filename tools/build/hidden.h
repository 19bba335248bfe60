/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included before every EL2 source. All symbols are in one image, so every extern is reached PC-relative: without this the compiler goes
 * through the GOT for externs of position-independent code, which costs a load and a relocation each.
 */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif

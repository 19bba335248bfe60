# SPDX-License-Identifier: Apache-2.0
resident += common/lib/string.c common/lib/format.c common/lib/arena.c common/lib/err.c
boot     += common/lib/findings.c common/lib/string_boot.c
pure     += common/lib/format.c common/lib/arena.c common/lib/err.c common/lib/findings.c
resident += common/lib/sha256.c
pure += common/lib/sha256.c
hot += common/lib/string.c common/lib/sha256.c

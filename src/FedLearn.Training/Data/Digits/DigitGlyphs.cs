using static FedLearn.Training.Data.Digits.Stroke;

namespace FedLearn.Training.Data.Digits;

/// <summary>The ways in which people write each digit: glyph = strokes, several glyphs per digit.</summary>
internal static class DigitGlyphs
{
    /// <summary>By digit: its variants, each a list of strokes.</summary>
    public static Stroke[][][] Variants { get; } =
    [
        [
            [Arc(.50f, .50f, .29f, .42f, -90, 270)],
            [Arc(.50f, .50f, .25f, .43f, -60, 320)],
            [Arc(.50f, .50f, .29f, .41f, -120, 225), Lines(.66f, .20f, .36f, .78f)],
        ],
        [
            [Lines(.50f, .07f, .50f, .93f)],
            [Lines(.33f, .27f, .53f, .07f, .53f, .93f)],
            [Lines(.32f, .25f, .51f, .07f, .51f, .92f), Lines(.30f, .92f, .72f, .92f)],
        ],
        [
            [Curve(.24f, .29f, .34f, .12f, .55f, .07f, .74f, .22f, .69f, .43f, .48f, .66f, .23f, .91f), Lines(.23f, .91f, .79f, .90f)],
            [Curve(.24f, .26f, .40f, .08f, .67f, .13f, .71f, .37f, .51f, .63f, .29f, .86f, .20f, .82f, .30f, .75f, .53f, .87f, .81f, .88f)],
            [Curve(.22f, .20f, .48f, .07f, .72f, .21f, .64f, .46f, .26f, .88f), Curve(.26f, .88f, .48f, .80f, .60f, .93f, .80f, .82f)],
        ],
        [
            [Curve(.24f, .16f, .47f, .07f, .70f, .19f, .65f, .38f, .43f, .47f), Curve(.43f, .47f, .70f, .55f, .75f, .76f, .50f, .93f, .21f, .83f)],
            [Lines(.24f, .10f, .73f, .10f, .45f, .42f), Curve(.45f, .42f, .72f, .51f, .75f, .76f, .50f, .93f, .21f, .83f)],
        ],
        [
            [Lines(.32f, .09f, .22f, .56f, .80f, .55f), Lines(.64f, .27f, .62f, .93f)],
            [Lines(.61f, .93f, .61f, .07f, .19f, .63f, .82f, .63f)],
            [Curve(.26f, .10f, .23f, .38f, .38f, .50f, .66f, .44f), Lines(.70f, .08f, .66f, .44f, .64f, .93f)],
        ],
        [
            [Lines(.74f, .09f, .34f, .10f, .30f, .45f), Curve(.30f, .45f, .53f, .39f, .75f, .54f, .72f, .78f, .48f, .93f, .22f, .84f)],
            [Curve(.35f, .11f, .29f, .40f, .54f, .42f, .72f, .60f, .60f, .88f, .24f, .88f), Lines(.35f, .11f, .76f, .13f)],
        ],
        [
            [Curve(.67f, .09f, .42f, .24f, .28f, .52f, .30f, .80f, .50f, .93f, .71f, .80f, .68f, .60f, .50f, .52f, .31f, .65f)],
            [Curve(.55f, .06f, .33f, .38f, .26f, .72f, .44f, .93f, .67f, .84f, .68f, .64f, .48f, .56f, .29f, .72f)],
        ],
        [
            [Lines(.21f, .11f, .77f, .11f, .42f, .93f)],
            [Lines(.21f, .12f, .77f, .11f, .44f, .93f), Lines(.34f, .52f, .70f, .50f)],
            [Curve(.22f, .22f, .26f, .11f, .50f, .13f, .77f, .11f), Curve(.77f, .11f, .56f, .44f, .46f, .93f)],
        ],
        [
            [Curve(.68f, .20f, .49f, .07f, .30f, .22f, .45f, .45f, .69f, .65f, .66f, .85f, .48f, .93f, .29f, .82f, .33f, .62f, .58f, .43f, .68f, .20f)],
            [Arc(.50f, .27f, .19f, .19f, -90, 270), Arc(.50f, .70f, .24f, .23f, -90, 270)],
        ],
        [
            [Curve(.71f, .27f, .52f, .07f, .29f, .22f, .35f, .46f, .57f, .47f, .71f, .27f, .69f, .56f, .61f, .93f)],
            [Arc(.47f, .29f, .21f, .21f, -20, 340), Lines(.69f, .10f, .67f, .93f)],
            [Curve(.70f, .28f, .52f, .07f, .30f, .24f, .40f, .47f, .64f, .42f, .70f, .28f, .70f, .62f, .56f, .91f, .28f, .87f)],
        ],
    ];
}

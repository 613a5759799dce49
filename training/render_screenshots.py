"""Order screenshots made here: a seed in, a phone's or a browser's order page with its truth out.

    python -m training.render_screenshots --out FOLDER --seeds 0-20

Words come from made_up_words, layouts from order_layouts, fonts from page_fonts. Most are saved as they are or scaled,
one in five is photographed from a screen. The test split (seeds from 10000) adds layouts and fonts that the train split
never shows. What this does not know: real shops' icons, banners and advertisements.
"""

from __future__ import annotations

from random import Random

from training.order_layouts import HELD_OUT, LAYOUTS, draw_order
from training.order_words import make_order, truth_of
from training.page_fonts import faces
from training.picture_wear import draw_wear, photographed, saved
from training.rendered_pages import RenderedPage, main, split_of

PHOTO_WEAR = ("perspective", "slant", "shadow", "blur", "noise", "jpeg")


def render_screenshot(seed: int) -> RenderedPage:
    """Draw the order page of a seed."""
    rng, split = Random(f"screenshot {seed}"), split_of(seed)
    language = ("zh", "en")[seed % 2]
    seen, unseen = LAYOUTS[language], HELD_OUT[language]
    layout = rng.choice(seen if split == "train" else seen + unseen)
    order = make_order(rng, language)
    face = faces(rng, split)
    flat, shown = draw_order(order, layout, face, rng)
    truth = truth_of(order, shown)
    if rng.random() < 0.2:
        wear = draw_wear(rng, PHOTO_WEAR, most=2)
        worn = photographed(flat, rng, side_px=rng.choice((1600, 1900)), wear=wear)
        worn_as = ("photographed", *worn.wear)
    else:
        wear = ("jpeg",) if rng.random() < 0.5 else ()
        worn = saved(flat, rng, scale=rng.choice((1.0, 1.0, 0.8, 0.64)), wear=wear)
        worn_as = worn.wear
    suffix = "png" if worn.content.startswith(b"\x89PNG") else "jpg"
    return RenderedPage(
        name=f"screenshot_{seed:05}.{suffix}",
        kind="screenshot",
        language=language,
        layout=layout,
        face=face.name,
        wear=worn_as,
        turn=0,
        fields=truth,
        content=worn.content,
        printed=tuple(face.printed),
        seen=worn.seen,
    )


if __name__ == "__main__":
    main(render_screenshot, prog="python -m training.render_screenshots", about=__doc__)

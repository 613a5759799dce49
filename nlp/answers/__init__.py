"""Hits in, an answer out: the articles' own sentences as cited steps, a checked draft, what a ticket asks.

What follows what, from the question to the answer:

    ticket_questions   a ticket's text: the questions that it may be asking
    draft_question     better questions, by the codes and the product that its draft found; hits ordered for its device
    ticket_suggest     all of them put; the surest one answers, or nobody does
    answer_units       the article that was found, as units that can be cited: sentences, steps, points, rows, code
    answer             the units that answer, in the article's order, by the words of answer_words, none of injection
    draft_answer       what a drafting model is asked, quoted without orders to a program, and what of its draft stays
    draft_check        whether the cited sentences carry a drafted one, by the numbers, codes, names, denials and
                       promises of draft_words
    contradictions     two articles that say otherwise, by the same words; for who keeps them
"""

package iq

// rooms lists the tables of all kinds of queries, one for each subject.
func rooms() []map[Key]answer {
	return []map[Key]answer{
		encryptAnswers, sessionAnswers, dirtyAnswers, propertyAnswers, profileAnswers, pictureAnswers, privacyAnswers, tokenAnswers,
		businessAnswers, stateAnswers, peopleAnswers, groupAnswers, joiningAnswers, communityAnswers, newsletterAnswers, mexAnswers,
	}
}
